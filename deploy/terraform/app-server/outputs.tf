output "app_server_public_ip" {
  description = "Where the three services answer."
  value       = aws_instance.app_server.public_ip
}

output "app_server_id" {
  description = "The instance's id."
  value       = aws_instance.app_server.id
}
