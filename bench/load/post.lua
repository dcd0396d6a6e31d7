-- wrk sends the first argument as the body of a POST, or a GET where there is none, and tells what it
-- saw in one line of JSON.
function init(args)
  if args[1] == nil then return end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = args[1]
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format(
    'RESULT {"requestsPerSecond":%.1f,"p50":%.4f,"p99":%.4f,"failures":%d}\n',
    summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    failed
  ))
end
