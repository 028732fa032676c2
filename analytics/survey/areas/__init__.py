"""Small areas: figures from few respondents and what is known of areas."""
