"""The teaching stories: their texts, what the texts can ask, and the one picture that only they need."""
