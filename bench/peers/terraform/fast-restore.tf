resource "aws_ebs_snapshot" "it" {
  count     = length(var.ids)
  volume_id = var.ids[count.index]
}

resource "aws_ebs_fast_snapshot_restore" "it" {
  count             = length(var.ids)
  snapshot_id       = aws_ebs_snapshot.it[count.index].id
  availability_zone = "us-east-1a"
}
