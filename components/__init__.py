"""The platform and what it is made of, from the stack file to the last hub."""
