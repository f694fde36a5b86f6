"""Working copies of slow images: which there should be, how they are made, and how requests use them."""
