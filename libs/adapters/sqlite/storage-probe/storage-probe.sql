-- name: mark
INSERT INTO storage_probes (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1
