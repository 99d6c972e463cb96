"""What Discord refuses in a request's body, a module for each kind of body; `sandbox.validate` is the door."""
