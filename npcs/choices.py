"""Enums that more than one module of this app needs."""

from django.db import models


class Difficulty(models.TextChoices):
    """The one vocabulary of difficulty, shared by characters, presets, statements and rooms."""

    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"
    EXPERT = "expert", "Expert"
