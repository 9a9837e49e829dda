"""The lab: devices that are none, on loopback addresses, with every fault on demand.

`up` and `down` start and end it; needs the `lab` extra. Nothing heavy is imported here.
"""

from xunjian.lab.control import LabHandle, down, up
from xunjian.lab.faults import FAULTS, Fault, chosen_faults, faults_listing

__all__ = [
    "FAULTS",
    "Fault",
    "LabHandle",
    "chosen_faults",
    "down",
    "faults_listing",
    "up",
]
