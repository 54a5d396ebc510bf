"""The commands that bring files in and out: ``import``, ``convert`` and ``template``."""
