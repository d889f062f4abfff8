"""What happens: rate laws, mechanisms, and the models made of them. Imports nothing of ours."""
