"""What verbs do alike inside an open act; opens nothing itself."""
