"""What each placement of a shop would show now, for those who set it up; nothing of it counts as shown."""
