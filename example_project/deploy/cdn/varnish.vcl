# Varnish as the edge of a content delivery network, for public documents. It speaks no TLS: what ends
# it stands before Varnish, and what begins it between Varnish and the origin. Write what is yours:
#
#   127.0.0.1, 8081   where the origin is reached
#   purgers           who may purge: your Django

vcl 4.1;

backend default {
    .host = "127.0.0.1";
    .port = "8081";
}

acl purgers {
    "127.0.0.1";
}

sub vcl_recv {
    # Every copy of a document goes, whatever its query.
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(405, "Not allowed"));
        }
        ban("obj.http.X-Path == " + req.url);
        return (synth(200, "Purged"));
    }
    # Without this, Varnish passes what a browser sends with a cookie. With an expired link the
    # cookie may prove who reads.
    if (req.url ~ "^/media/" && req.url !~ "[?&]signature=") {
        unset req.http.Cookie;
    }
}

# Its own rules do the rest: "private" and "no-store" are never kept, and the query is a part of the
# key.
sub vcl_backend_response {
    set beresp.http.X-Path = regsub(bereq.url, "\?.*", "");
}

sub vcl_deliver {
    unset resp.http.X-Path;
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
