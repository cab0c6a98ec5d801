resource "aws_ebs_snapshot_copy" "it" {
  count              = length(var.ids)
  source_snapshot_id = var.ids[count.index]
  source_region      = "us-east-1"

  tags = {
    Name = "copy-${count.index}"
  }
}
