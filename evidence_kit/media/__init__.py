"""What is found in pictures, sound and film; runs inside workers only."""
