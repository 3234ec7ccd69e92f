"""What a platform makes on AWS, as the simulated AWS makes it, refuses it and lets it go.

Which change replaces a thing is what Terraform's provider, of which Pulumi's is made, says in its schemas (`ForceNew`).
"""

from testbed.cloud import aws_eks, aws_iam, aws_network, aws_nodes, aws_storage

KINDS = [*aws_network.KINDS, *aws_iam.KINDS, *aws_eks.KINDS, *aws_nodes.KINDS, *aws_storage.KINDS]

INVOKES = {"aws:route53/getZone:getZone": aws_storage.get_zone}
