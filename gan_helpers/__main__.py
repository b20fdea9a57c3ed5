"""The doctor: `python -m gan_helpers` says what works here and how to mend what does not."""

import sys

from gan_helpers import doctor

sys.exit(doctor.main())
