"""What no stack may do: pure checks over what a program asks for, and the policy pack that Pulumi runs them in."""
