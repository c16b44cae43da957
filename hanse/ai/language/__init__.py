"""Language models outside the house, behind one door: texts are masked before they leave, and what comes back is checked and put on record."""
