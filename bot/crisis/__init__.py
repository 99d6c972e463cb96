"""Reading words for danger, and answering the person who wrote them."""
