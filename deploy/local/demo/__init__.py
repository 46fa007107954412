"""The main job, shown: another system reports sixty towns, and every e-mail that follows is counted."""
