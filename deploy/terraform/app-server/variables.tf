variable "aws_region" {
  description = "Region of the network stack, the images and the instance."
  type        = string
  default     = "us-east-2"
}

variable "aws_profile" {
  description = "Named profile of the AWS configuration; null: the environment's credentials."
  type        = string
  default     = null
}

variable "environment" {
  description = "Value of the tag Environment."
  type        = string
  default     = "riacho"
}

variable "network_stack_name" {
  description = "Name of the CloudFormation stack made from cloudformation/network.yaml, whose outputs this module reads."
  type        = string
  default     = "network-stack"
}

variable "instance_type" {
  description = "EC2 instance type; the heaps of the three containers are set for 1 GiB of memory. x86_64 only."
  type        = string
  default     = "t3.micro"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9]+$", var.instance_type))
    error_message = "instance_type must look like t3.micro."
  }
}

variable "key_name" {
  description = "Name of an EC2 key pair for SSH; null: none, and no SSH."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Tag of the three images in ECR, as build_and_push.sh pushed them."
  type        = string
  default     = "latest"

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag))
    error_message = "image_tag must be a valid image tag."
  }
}

variable "volume_gib" {
  description = "Size of the encrypted root volume, in GiB."
  type        = number
  default     = 16

  validation {
    condition     = var.volume_gib >= 8 && var.volume_gib <= 1024
    error_message = "volume_gib must be between 8 and 1024."
  }
}

variable "tags" {
  description = "More tags for everything made here."
  type        = map(string)
  default     = {}
}
