# Report 1: one instance that runs the three services of the gRPC pipeline, in the network that
# cloudformation/network.yaml made.

data "aws_cloudformation_stack" "network" {
  name = var.network_stack_name
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# The newest Amazon Linux 2023, as AWS publishes it.
data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

locals {
  # Service → port. The name is the repository's in ECR, the image's and the container's.
  services = {
    "sensor-service"    = 50051
    "processor-service" = 50052
    "actuator-service"  = 50053
  }

  registry = "${data.aws_caller_identity.current.account_id}.dkr.ecr.${var.aws_region}.${data.aws_partition.current.dns_suffix}"

  repository_arns = [
    for name in keys(local.services) :
    "arn:${data.aws_partition.current.partition}:ecr:${var.aws_region}:${data.aws_caller_identity.current.account_id}:repository/${name}"
  ]

  network = data.aws_cloudformation_stack.network.outputs
}

resource "aws_iam_role" "ecr" {
  name        = "ec2-ecr-role"
  description = "Lets the app-server pull its three images, and nothing else."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.${data.aws_partition.current.dns_suffix}" }
    }]
  })
}

resource "aws_iam_role_policy" "ecr_read" {
  name = "ecr-read"
  role = aws_iam_role.ecr.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The token is the account's; ECR knows no narrower resource for it.
        Sid      = "Login"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"]
      },
      {
        Sid      = "Pull"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = local.repository_arns
      },
    ]
  })
}

resource "aws_iam_instance_profile" "ecr" {
  name = "ec2-ecr-profile"
  role = aws_iam_role.ecr.name
}

resource "aws_instance" "app_server" {
  ami                         = data.aws_ssm_parameter.amazon_linux.insecure_value
  instance_type               = var.instance_type
  key_name                    = var.key_name
  subnet_id                   = local.network["PublicSubnetId"]
  vpc_security_group_ids      = [local.network["SecurityGroupId"]]
  iam_instance_profile        = aws_iam_instance_profile.ecr.name
  associate_public_ip_address = true

  user_data = templatefile("${path.module}/user_data.sh.tftpl", {
    region   = var.aws_region
    registry = local.registry
    tag      = var.image_tag
    services = local.services
  })
  user_data_replace_on_change = true

  # Session tokens only, and out of the containers' reach (they are one hop further).
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.volume_gib
    encrypted   = true
  }

  tags = { Name = "app-server" }

  # A newer Amazon Linux is no reason to replace a running server; `-replace` does it when wished.
  lifecycle {
    ignore_changes = [ami]
  }

  # The first pull happens while the instance boots.
  depends_on = [aws_iam_role_policy.ecr_read]
}
