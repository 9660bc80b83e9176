"""Provisions and routes as data, each with its source and the day on which somebody checked it; nothing concludes."""
