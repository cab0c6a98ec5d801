resource "aws_ebs_volume" "it" {
  count             = length(var.ids)
  snapshot_id       = var.ids[count.index]
  availability_zone = "us-east-1a"

  tags = {
    Name  = "volume-${count.index}"
    Group = "payments"
  }
}
