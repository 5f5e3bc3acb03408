"""Rules, lifecycles, commands, labels: plain Python that knows neither web nor database."""
