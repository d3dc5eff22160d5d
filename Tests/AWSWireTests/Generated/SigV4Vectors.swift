// swift-format-ignore-file

import Testing

/// A request and its signature as botocore 1.44.5 makes it, at 2024-11-23T04:29:56Z, with the credential of `SigV4Tests`.
struct SigV4Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let method: String
    let path: String
    let query: String
    let headers: [(String, String)]
    let body: String
    let region: String
    let service: String
    let hasToken: Bool
    /// Nil for a signature in the headers.
    let expirySeconds: Int?
    /// The header `Authorization`, or the whole query.
    let result: String

    var testDescription: String { name }

    static let all: [SigV4Vector] = [
        SigV4Vector(
            name: "a JSON request", method: "POST", path: "/", query: "",
            headers: [("Host", "127.0.0.1:4566"), ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters"), ("Content-Type", "application/x-amz-json-1.1")], body: #"{"maxResults": 10}"#,
            region: "us-east-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=180e8e344eca8f7e6edf15dd9841c67a9dba082a3188e0755de7ade071ff8a99"),
        SigV4Vector(
            name: "an empty body", method: "POST", path: "/", query: "",
            headers: [("Host", "ecs.eu-west-1.amazonaws.com"), ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters"), ("Content-Type", "application/x-amz-json-1.1")], body: "",
            region: "eu-west-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/eu-west-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=beb75349e677d0a4b494d38757c7ab204130d73061d77a1fc40409d41f921e83"),
        SigV4Vector(
            name: "a session token", method: "POST", path: "/", query: "",
            headers: [("Host", "127.0.0.1:4566"), ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters"), ("Content-Type", "application/x-amz-json-1.1")], body: "{}",
            region: "us-east-1", service: "ecs", hasToken: true, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=3376170ba1f9f7fb418952308e03c41baf62bdf4d215f824b452c623845f49e9"),
        SigV4Vector(
            name: "a form", method: "POST", path: "/", query: "",
            headers: [("Host", "localhost:4566"), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], body: "Action=GetCallerIdentity&Version=2011-06-15",
            region: "us-east-1", service: "sts", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=133ff6ec0894f188a9656d509e098929c5520c4116d00112f538aa83a0a82232"),
        SigV4Vector(
            name: "a query to sort", method: "GET", path: "/", query: "b=2&a=1&a=0&x=%20%2B~&empty=&A=9",
            headers: [("Host", "localhost")], body: "",
            region: "us-east-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=host;x-amz-date, Signature=5a7048817d62df3c999f8ed4d3480895e8c4eb8cef6237334413e06499fe2007"),
        SigV4Vector(
            name: "a path to normalise", method: "GET", path: "/one/./two//../three%20four/%C3%A4/", query: "",
            headers: [("Host", "localhost")], body: "",
            region: "us-east-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=host;x-amz-date, Signature=a7e691c488b11dddf97f09db0e3a2f6f7120c1ccb26b4619318ea96ee0ed3f64"),
        SigV4Vector(
            name: "blanks in a header", method: "POST", path: "/", query: "",
            headers: [("Host", "localhost"), ("X-Amz-Meta", " a   b  c "), ("Content-Type", "text/plain")], body: "x",
            region: "us-east-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-meta, Signature=dfe88bfbd5e83f686635192648178be5a2bbf8f2eb36e00d420567a020cd8b90"),
        SigV4Vector(
            name: "a repeated header", method: "POST", path: "/", query: "",
            headers: [("Host", "localhost"), ("X-Amz-Meta", "one"), ("X-Amz-Meta", "two")], body: "x",
            region: "us-east-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=host;x-amz-date;x-amz-meta, Signature=dcb4ce094ba9a9407c8d9b800db948249cd8d7d9a3e9d66feb14078a8f505d43"),
        SigV4Vector(
            name: "bytes beyond ASCII", method: "POST", path: "/", query: "",
            headers: [("Host", "localhost"), ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters"), ("Content-Type", "application/x-amz-json-1.1")], body: #"{"name": "Grüße 🚀"}"#,
            region: "us-east-1", service: "ecs", hasToken: false, expirySeconds: nil,
            result: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241123/us-east-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=028c5dad5f51f0e85613c36aa5ae5c09cb9d358847441b7b7c2baf9fedd3e618"),
        SigV4Vector(
            name: "a presigned request", method: "GET", path: "/", query: "Action=GetCallerIdentity&Version=2011-06-15",
            headers: [("Host", "localhost:4566")], body: "",
            region: "us-east-1", service: "sts", hasToken: false, expirySeconds: 60,
            result: "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20241123%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20241123T042956Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=ffdde06b998bcb4327ca7e3995b5ca27cd91154303554858c89b8aec8aa2ffd2"),
        SigV4Vector(
            name: "a presigned request of a session", method: "GET", path: "/", query: "Action=GetCallerIdentity&Version=2011-06-15",
            headers: [("Host", "localhost:4566"), ("x-k8s-aws-id", "my-cluster")], body: "",
            region: "us-east-1", service: "sts", hasToken: true, expirySeconds: 3600,
            result: "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20241123%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20241123T042956Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%2Bwith%3Dchars&X-Amz-Signature=fba12154e77465de8b416e0beed7c358e3f51429089c3155d589dc404123c208"),
    ]
}
