# `terraform test`: names, least privilege and where it connects, against mocked providers.

mock_provider "aws" {
  mock_data "aws_cloudformation_stack" {
    defaults = {
      outputs = {
        VpcId           = "vpc-0123456789abcdef0"
        PublicSubnetId  = "subnet-0123456789abcdef0"
        SecurityGroupId = "sg-0123456789abcdef0"
      }
    }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }
}

variables {
  key_name = "operator"
}

run "names_are_the_reports" {
  command = plan

  assert {
    condition     = aws_iam_role.ecr.name == "ec2-ecr-role"
    error_message = "the role must be named ec2-ecr-role"
  }
  assert {
    condition     = aws_iam_instance_profile.ecr.name == "ec2-ecr-profile"
    error_message = "the instance profile must be named ec2-ecr-profile"
  }
  assert {
    condition     = aws_instance.app_server.tags["Name"] == "app-server"
    error_message = "the instance must bear the tag Name=app-server"
  }
  assert {
    condition     = aws_instance.app_server.instance_type == "t3.micro" && aws_instance.app_server.key_name == "operator"
    error_message = "instance_type defaults to t3.micro; key_name is passed on"
  }
  assert {
    condition     = var.network_stack_name == "network-stack" && var.aws_region == "us-east-2"
    error_message = "the defaults are network-stack in us-east-2"
  }
}

run "the_role_may_pull_three_repositories_and_nothing_else" {
  command = plan

  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.ecr_read.policy).Statement : s.Action
      ])) == toset([
      "ecr:GetAuthorizationToken",
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer",
    ])
    error_message = "the role must hold exactly the four actions that a pull needs"
  }
  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.ecr_read.policy).Statement :
      s.Sid == "Login" || alltrue([for r in s.Resource : startswith(r, "arn:aws:ecr:us-east-2:123456789012:repository/")])
    ])
    error_message = "only the login may name all resources"
  }
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.ecr_read.policy).Statement : [for r in s.Resource : reverse(split("/", r))[0]] if s.Sid == "Pull"
    ])) == toset(["sensor-service", "processor-service", "actuator-service"])
    error_message = "the role must name the three repositories"
  }
  assert {
    condition = (
      length(jsondecode(aws_iam_role.ecr.assume_role_policy).Statement) == 1
      && jsondecode(aws_iam_role.ecr.assume_role_policy).Statement[0].Principal.Service == "ec2.amazonaws.com"
    )
    error_message = "only EC2 may assume the role"
  }
}

run "the_instance_sits_in_the_stacks_network_and_is_hardened" {
  command = plan

  assert {
    condition     = aws_instance.app_server.subnet_id == "subnet-0123456789abcdef0"
    error_message = "the instance must be in the stack's public subnet"
  }
  assert {
    condition     = aws_instance.app_server.vpc_security_group_ids == toset(["sg-0123456789abcdef0"])
    error_message = "the stack's security group, with its CIDRs, must be the only one"
  }
  assert {
    condition     = aws_instance.app_server.metadata_options[0].http_tokens == "required" && aws_instance.app_server.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "IMDSv2 must be required, and out of the containers' reach"
  }
  assert {
    condition     = aws_instance.app_server.root_block_device[0].encrypted
    error_message = "the volume must be encrypted"
  }
}

run "the_first_boot_starts_the_three_services" {
  command = plan

  assert {
    condition = alltrue([
      for call in ["start 'sensor-service' '50051'", "start 'processor-service' '50052'", "start 'actuator-service' '50053'"] :
      strcontains(aws_instance.app_server.user_data, call)
    ])
    error_message = "each service must be started on its port"
  }
  assert {
    condition     = strcontains(aws_instance.app_server.user_data, "123456789012.dkr.ecr.us-east-2.amazonaws.com") && strcontains(aws_instance.app_server.user_data, "--restart unless-stopped")
    error_message = "images come from the account's own registry; containers restart by themselves"
  }
}

run "an_image_tag_cannot_smuggle_a_command" {
  command = plan

  variables {
    image_tag = "latest; reboot"
  }

  expect_failures = [var.image_tag]
}
