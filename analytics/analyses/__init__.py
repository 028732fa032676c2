"""What a statistician asks of a survey's waves, one module a topic: microdata, design and instrument in, sheets out."""
