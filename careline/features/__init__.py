"""What the product does, feature by feature, in leaning order: each may use only those before it."""
