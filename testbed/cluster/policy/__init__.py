"""Network policies, held from a pod's first packet on.

`model` reads policies, `compiler` makes nftables rules of them, `agent` keeps the rules in step with the cluster, and
`plugin`, a CNI plugin, holds a pod's start until the agent has put the rules for its address in place.
"""
