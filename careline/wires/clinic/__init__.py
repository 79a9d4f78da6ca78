"""clinic: what doctors and patients of a hospital location speak, over REST and one socket per pair."""
