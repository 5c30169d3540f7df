"""What a program with boto3 does with S3, against the endpoint that Minato.S3.Tests starts:  boto_s3.py URL KEY SECRET

Exit code 77: boto3 is not installed.
"""
import io
import os
import sys
import time
import urllib.error
import urllib.request

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    sys.exit(77)

url, key, secret = sys.argv[1:]


def client(**more):
    return boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret,
                        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, **more))


def code(call, **parameters):
    try:
        call(**parameters)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return None


def same(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


s3 = client()
s3.create_bucket(Bucket="boto")
same(s3.get_bucket_location(Bucket="boto")["LocationConstraint"], None)

# A refused upload whose body was never asked for leaves the connection fit for the next request.
for name, wanted in [("../x", "InvalidURI"), ("x" * 1025, "KeyTooLongError"), ("a/../b", None), ("a b+c/é", None), ("folder/", None)]:
    same(code(s3.put_object, Bucket="boto", Key=name, Body=b"1"), wanted)
same([o["Key"] for o in s3.list_objects_v2(Bucket="boto")["Contents"]], ["a b+c/é", "a/../b", "folder/"])

# Uploads in parts, with checksums that the client sends as trailers or headers.
content = os.urandom(11 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(content), "boto", "large")
got = io.BytesIO()
s3.download_fileobj("boto", "large", got)
assert got.getvalue() == content
same(s3.head_object(Bucket="boto", Key="large", ChecksumMode="ENABLED").get("ChecksumType") in ("COMPOSITE", "FULL_OBJECT", None), True)

# A URL that is good for a second.
presigned = client(signature_version="s3v4").generate_presigned_url("get_object", Params={"Bucket": "boto", "Key": "folder/"}, ExpiresIn=1)
same(urllib.request.urlopen(presigned).read(), b"1")
time.sleep(2.1)
try:
    urllib.request.urlopen(presigned)
    raise AssertionError("the URL should have expired")
except urllib.error.HTTPError as e:
    text = e.read()
    assert e.code == 403 and b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in text, text

same(code(s3.get_bucket_analytics_configuration, Bucket="boto", Id="x"), "MethodNotAllowed")
same(code(s3.get_bucket_policy, Bucket="boto"), "NoSuchBucketPolicy")
same(code(s3.head_object, Bucket="boto", Key="none"), "404")
same(code(s3.delete_bucket, Bucket="boto"), "BucketNotEmpty")
s3.delete_objects(Bucket="boto", Delete={"Objects": [{"Key": o["Key"]} for o in s3.list_objects_v2(Bucket="boto")["Contents"]]})
s3.delete_bucket(Bucket="boto")
