"""How it is computed: engines that advance a network."""
