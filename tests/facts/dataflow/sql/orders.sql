-- A database's own: nothing here is streaming.
CREATE TABLE orders (id INT PRIMARY KEY, at TIMESTAMP);
INSERT INTO archive SELECT * FROM orders;
