"""What a leaving person passes on: inventory, remarks, acceptance, minutes (NĐ 30/2020 Điều 31.3.đ)."""
