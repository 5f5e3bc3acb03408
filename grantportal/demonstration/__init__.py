"""The invented story, played through the services as the demonstration's persons."""
