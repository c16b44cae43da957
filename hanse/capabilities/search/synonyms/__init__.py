"""Words that may mean the same, learned from what people searched for and came to; used only where somebody confirms them."""
