"""The NHS Booking and Referral Standard (BaRS): its messages read, checked and written, whatever road they come by."""
