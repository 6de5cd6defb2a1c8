"""Register books and number series: each document gets the next number, once, without gaps (NĐ 30/2020 Điều 15, 22)."""
