"""Every SELECT: takes the actor, returns only what that actor may see."""
