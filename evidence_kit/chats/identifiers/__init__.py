"""What names or reaches a person, an account or money, found in messages."""
