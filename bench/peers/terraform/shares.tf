resource "aws_snapshot_create_volume_permission" "it" {
  count       = length(var.ids)
  snapshot_id = var.ids[count.index]
  account_id  = "111122223333"
}
