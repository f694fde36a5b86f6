-- Asks for the paths of a file one after the other, and prints one line of figures at the end.

local paths = {}
local position = 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    paths[#paths + 1] = path
  end
end

function request()
  position = position % #paths + 1
  return wrk.format("GET", paths[position])
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "FIGURES requests=%d microseconds=%d bytes=%d p50=%d p95=%d status=%d connect=%d read=%d write=%d timeout=%d\n",
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(95),
    errors.status, errors.connect, errors.read, errors.write, errors.timeout
  ))
end
