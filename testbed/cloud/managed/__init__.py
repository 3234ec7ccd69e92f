"""Managed Kubernetes clusters of the simulated clouds: real control planes, and the cloud's part played.

API server, controllers and scheduler are the real ones. `controller` plays kubelets, autoscaler, CSI drivers, service
controller and CloudNativePG's operator; what these make outside of the cluster stands in the account's ledger.

Not as in life: nothing listens in a pod (the operator's webhooks aside), so there are no exec, logs or probes; images
need no way out of the network; idle nodes stay; what Kubernetes made on AKS outlives the cluster's node resource group;
a balancer's network interfaces on AWS go with it, and not minutes later.
"""
