import AWSWire
import Testing

/// What users may call the attributes of container instances, and what values these may have.
@Suite("Rules for attributes") struct AttributeRulesTests {
    private func put(_ attribute: JSONValue) -> Answer {
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        region.connectInstance()
        let instance = region.call("ListContainerInstances").json["containerInstanceArns"]?.arrayValue?.first
        let text = String(decoding: attribute.encode(), as: UTF8.self).dropFirst()
        return region.call(
            "PutAttributes", #"{"attributes":[{"targetId":"\#(instance?.stringValue ?? "")",\#(text)]}"#)
    }

    /// Source: Amazon ECS API Reference, Attribute (name, value).
    @Test(
        "names and values keep ECS's rules",
        arguments: [
            ("a", "b", true), (#"a-b_c/d\e.f"#, #"A-b_c.d@e/f\g:h i"#, true), ("a", " b", false), ("a", "b ", false),
            ("a", "b,c", false), ("a", "", false), ("", "b", false), ("a b", "b", false), ("a:b", "b", false),
            ("ü", "b", false), ("ecs.a", "b", false), ("com.amazonaws.ecs.a", "b", false), ("ECS.a", "b", false),
            ("ecsa", "b", true), (String(repeating: "n", count: 128), String(repeating: "v", count: 128), true),
            (String(repeating: "n", count: 129), "b", false), ("a", String(repeating: "v", count: 129), false),
        ])
    func rules(name: String, value: String, isFine: Bool) {
        let answer = put(.object(["name": .string(name), "value": .string(value)]))
        #expect(answer.code == (isFine ? nil : "InvalidParameterException"), "\(answer.text)")
        guard isFine else { return }
        let stored = answer.json["attributes"]?.arrayValue?.first
        #expect(stored?["name"]?.stringValue == name)
        #expect(stored?["value"]?.stringValue == value)
    }

    @Test("an attribute needs no value")
    func noValue() {
        let answer = put(.object(["name": .string("gpu")]))
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["attributes"]?.arrayValue?.first?["value"] == nil)
    }
}
