"""Every command under every fault: a process that breaks at a chosen call, what it is asked, and a judge."""
