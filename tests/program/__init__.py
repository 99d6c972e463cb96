"""The programme: its file, the layout it comes to, the plan, and carrying it out."""
