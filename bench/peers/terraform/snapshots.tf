resource "aws_ebs_snapshot" "it" {
  count     = length(var.ids)
  volume_id = var.ids[count.index]

  tags = {
    Name        = "snapshot-${count.index}"
    Group       = "payments"
    BillingCode = "CC-1042"
  }
}
