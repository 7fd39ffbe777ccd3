"""What a host writes by hand: an event with two file fields."""
